package dev.proa.server.resource;

/** IP addresses in fields. */
final class Addresses {
    private Addresses() {}

    /** An IPv4 or IPv6 address, in any way of writing it that Kubernetes takes. */
    static void check(Path path, String value, Errors errors) {
        if (!isIpv4(value) && !isIpv6(value)) {
            errors.invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }
    }

    static boolean isIpv4(String value) {
        String[] parts = value.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    static boolean isIpv6(String value) {
        int gap = value.indexOf("::");
        if (gap >= 0 && value.indexOf("::", gap + 1) >= 0) {
            return false;
        }
        int groups = gap < 0
                ? groups(value)
                : Math.max(groups(value.substring(0, gap)), groups(value.substring(gap + 2))) < 0
                        ? -1
                        : groups(value.substring(0, gap)) < 0 || groups(value.substring(gap + 2)) < 0
                                ? -1
                                : groups(value.substring(0, gap)) + groups(value.substring(gap + 2));
        return gap < 0 ? groups == 8 : groups >= 0 && groups <= 7;
    }

    /** How many groups of 16 bits a part of an address has; -1 when it is malformed. */
    private static int groups(String part) {
        if (part.isEmpty()) {
            return 0;
        }
        String[] groups = part.split(":", -1);
        int count = 0;
        for (int i = 0; i < groups.length; i++) {
            String group = groups[i];
            if (i == groups.length - 1 && isIpv4(group)) {
                count += 2;
            } else if (group.isEmpty()
                    || group.length() > 4
                    || !group.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
                return -1;
            } else {
                count++;
            }
        }
        return count;
    }

    /** What makes an address unusable as an endpoint: unspecified, loopback, link-local. */
    static void checkEndpoint(Path path, String value, Errors errors) {
        if (value.equals("0.0.0.0") || value.equals("::")) {
            errors.invalid(path, value, "may not be unspecified (" + value + ")");
        }
        if (value.startsWith("127.") || value.equals("::1")) {
            errors.invalid(path, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }
        if (value.startsWith("169.254.")
                || value.toLowerCase(java.util.Locale.ROOT).startsWith("fe80:")) {
            errors.invalid(path, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        }
        if (value.startsWith("224.0.0.")
                || value.toLowerCase(java.util.Locale.ROOT).startsWith("ff02:")) {
            errors.invalid(path, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
    }

    /** A range in the form {@code 10.0.0.0/8}. */
    static void checkCidr(Path path, String value, Errors errors) {
        int slash = value.indexOf('/');
        boolean valid = false;
        if (slash > 0 && value.length() > slash + 1 && value.length() <= slash + 4) {
            String prefix = value.substring(slash + 1);
            String address = value.substring(0, slash);
            valid = prefix.chars().allMatch(c -> c >= '0' && c <= '9')
                    && (isIpv4(address) && Integer.parseInt(prefix) <= 32
                            || isIpv6(address) && Integer.parseInt(prefix) <= 128);
        }
        if (!valid) {
            errors.invalid(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        }
    }
}
