package dev.proa.server.validation;

import java.util.List;

/** The format of a resource's names. */
public enum NameRule {
    /** Up to 253 characters: most resources. */
    SUBDOMAIN,
    /** As {@link #SUBDOMAIN}, with the message of Kubernetes' declarative validation, which counts bytes. */
    LONG_NAME,
    /** Up to 63 characters. */
    LABEL,
    /** Up to 63 characters, the first one a letter. */
    LABEL_1035,
    /** Anything that can be a segment of a path. */
    PATH_SEGMENT,
    /** An IP address in canonical form. */
    IP_ADDRESS;

    /** Validates a name, or the prefix of one; returns the messages. */
    public List<String> check(String name, boolean prefix) {
        // A prefix may end with a dash, since a suffix follows.
        String whole = prefix && this != PATH_SEGMENT && name.length() > 1 && name.endsWith("-")
                ? name.substring(0, name.length() - 2) + "a"
                : name;
        return switch (this) {
            case LONG_NAME ->
                Formats.dnsSubdomain(whole).stream()
                        .map(error -> error.replace("253 characters", "253 bytes"))
                        .toList();
            case SUBDOMAIN -> Formats.dnsSubdomain(whole);
            case LABEL -> Formats.dnsLabel(whole);
            case LABEL_1035 -> Formats.dns1035Label(whole);
            case PATH_SEGMENT -> pathSegment(whole, prefix);
            case IP_ADDRESS -> Addresses.wrong(whole);
        };
    }

    public static List<String> pathSegment(String name, boolean prefix) {
        if (!prefix && (name.equals(".") || name.equals(".."))) {
            return List.of("may not be '" + name + "'");
        }
        List<String> errors = new java.util.ArrayList<>();
        if (name.contains("/")) {
            errors.add("may not contain '/'");
        }
        if (name.contains("%")) {
            errors.add("may not contain '%'");
        }
        return errors;
    }
}
