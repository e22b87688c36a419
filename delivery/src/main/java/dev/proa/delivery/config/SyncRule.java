package dev.proa.delivery.config;

/**
 * Files that are copied into running containers when they change, so that nothing is rolled out.
 *
 * @param from a file or folder of the project, with slashes and none at its end
 * @param to its absolute path in the container
 */
public record SyncRule(String from, String to) {
    public SyncRule {
        if (from.startsWith("/") || from.contains("..") || !to.startsWith("/")) {
            throw new DeliveryFailure("sync needs a path in the project and an absolute one in the container, not \""
                    + from + "\" and \"" + to + "\"");
        }
    }

    /** Whether a path of the project is the rule's file, or in its folder. */
    public boolean matches(String path) {
        return from.isEmpty() || from.equals(".") || path.equals(from) || path.startsWith(from + "/");
    }

    /** Where a matching path is in the container. */
    public String target(String path) {
        String rest = from.isEmpty() || from.equals(".") ? "/" + path : path.substring(from.length());
        return to.endsWith("/") ? to.substring(0, to.length() - 1) + rest : to + rest;
    }
}
