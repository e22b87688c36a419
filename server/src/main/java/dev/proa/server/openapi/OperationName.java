package dev.proa.server.openapi;

/**
 * The names that an operation has from the group and version in its path.
 *
 * @param prefix as in ids: {@code AppsV1}, {@code CoreV1}
 * @param tag as generated clients call their classes: {@code apps_v1}, {@code rbacAuthorization_v1}
 */
record OperationName(String prefix, String tag) {
    static OperationName of(String path) {
        String[] parts = path.split("/");
        boolean core = parts[1].equals("api");
        String group = core ? "core" : parts[2].replaceFirst("[.]k8s[.]io$", "");
        String version = core ? parts[2] : parts[3];
        return new OperationName(
                word(group, true) + word(version, true), word(group, false) + "_" + word(version, false));
    }

    String id(String verb, String name) {
        return verb + prefix + name;
    }

    /** Letters, digits and underscores of a text, with a capital after each other character. */
    private static String word(String text, boolean capitalize) {
        StringBuilder word = new StringBuilder();
        boolean capital = capitalize;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isLetter(c) || c == '_' || i > 0 && Character.isDigit(c)) {
                word.append(capital ? Character.toUpperCase(c) : c);
                capital = false;
            } else {
                capital = true;
            }
        }
        return word.toString();
    }
}
