package dev.proa.server.validation;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Validates IP addresses and CIDRs. */
public final class Addresses {
    private Addresses() {}

    /**
     * Validates an IPv4 or IPv6 address strictly (KEP-4858, {@code StrictIPCIDRValidation}): no leading zeros, which
     * some parsers take for octal, and no IPv4-mapped IPv6 address.
     */
    public static void check(Path path, String value, Errors errors) {
        if (!isIpv4(value) && !isIpv6(value)) {
            errors.invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        } else if (hasLeadingZero(value)) {
            errors.invalid(path, value, "must not have leading 0s");
        } else if (isMapped(value)) {
            errors.invalid(path, value, "must not be an IPv4-mapped IPv6 address");
        }
    }

    /** Validates an address that must be in canonical form; returns the messages. */
    public static List<String> wrong(String value) {
        Errors errors = new Errors();
        check(Path.of(""), value, errors);
        if (errors.isEmpty()) {
            canonical(Path.of(""), value, canonical(bytes(value)), errors);
        }
        return errors.toList().stream()
                .map(error -> error.message().substring(error.message().indexOf(": ", 15) + 2))
                .toList();
    }

    private static void canonical(Path path, String value, String canonical, Errors errors) {
        if (!value.equals(canonical)) {
            errors.invalid(path, value, "must be in canonical form (\"" + canonical + "\")");
        }
    }

    /** An address in its canonical form; null when it is none. */
    public static @Nullable String normalized(String value) {
        return isIpv4(value) || isIpv6(value) ? canonical(bytes(value)) : null;
    }

    /** An address of 4 or 16 bytes in its canonical form, for IPv6 that of RFC 5952. */
    public static String canonical(byte[] bytes) {
        if (bytes.length == 4) {
            return (bytes[0] & 255) + "." + (bytes[1] & 255) + "." + (bytes[2] & 255) + "." + (bytes[3] & 255);
        }
        int[] groups = new int[8];
        int gap = -1;
        int gapLength = 1;
        for (int i = 0, run = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 255) << 8 | bytes[2 * i + 1] & 255;
            run = groups[i] == 0 ? run + 1 : 0;
            if (run > gapLength) {
                gapLength = run;
                gap = i - run + 1;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == gap) {
                out.append("::");
                i += gapLength - 1;
            } else {
                out.append(out.isEmpty() || out.charAt(out.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        return out.toString();
    }

    /** Whether a string is a CIDR, in canonical form or not. */
    public static boolean isCidr(String value) {
        Errors errors = new Errors();
        checkCidr(Path.of(""), value, errors);
        return errors.toList().stream().noneMatch(error -> error.message().contains("must be a valid CIDR"));
    }

    /** Whether a CIDR is a proper subset of another. */
    public static boolean isWithin(String inner, String outer) {
        byte[] a = bytes(inner.substring(0, inner.indexOf('/')));
        byte[] b = bytes(outer.substring(0, outer.indexOf('/')));
        int innerPrefix = Integer.parseInt(inner.substring(inner.indexOf('/') + 1));
        int outerPrefix = Integer.parseInt(outer.substring(outer.indexOf('/') + 1));
        if (a.length != b.length || innerPrefix <= outerPrefix) {
            return false;
        }
        int rest = a.length * 8 - outerPrefix;
        return new BigInteger(1, a).shiftRight(rest).equals(new BigInteger(1, b).shiftRight(rest));
    }

    /** Validates a CIDR as {@link #checkCidr} does; it must also be in canonical form. */
    public static void checkNewCidr(Path path, String value, Errors errors) {
        int before = errors.size();
        checkCidr(path, value, errors);
        if (errors.size() == before) {
            int slash = value.indexOf('/');
            canonical(path, value, canonical(bytes(value.substring(0, slash))) + value.substring(slash), errors);
        }
    }

    /** Whether a decimal part of a well-formed address has a leading zero. */
    private static boolean hasLeadingZero(String value) {
        String decimal = value.substring(value.lastIndexOf(':') + 1);
        if (decimal.indexOf('.') < 0) {
            return false; // those of hexadecimal parts are usual
        }
        for (String part : decimal.split("\\.", -1)) {
            if (part.length() > 1 && part.charAt(0) == '0') {
                return true;
            }
        }
        return false;
    }

    private static boolean isMapped(String value) {
        // Java reads a mapped address as the IPv4 address that it means.
        return value.indexOf(':') >= 0 && InetAddress.ofLiteral(value) instanceof Inet4Address;
    }

    public static boolean isIpv4(String value) {
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

    public static boolean isIpv6(String value) {
        int gap = value.indexOf("::");
        if (gap >= 0 && (value.indexOf("::", gap + 1) >= 0 || value.lastIndexOf('.', gap) >= 0)) {
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

    /** Validates the address of an endpoint: not unspecified, loopback or link-local. */
    public static void checkEndpoint(Path path, String value, Errors errors) {
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

    /**
     * Validates a CIDR such as {@code 10.0.0.0/8}: no bits are set after the prefix, and the address is valid by
     * {@link #check}.
     */
    public static void checkCidr(Path path, String value, Errors errors) {
        int slash = value.indexOf('/');
        String address = value.substring(0, Math.max(slash, 0));
        String prefix = value.substring(slash + 1);
        int most = isIpv4(address) ? 32 : isIpv6(address) ? 128 : -1;
        if (!prefix.matches("0*[0-9]{1,3}") || Integer.parseInt(prefix) > most) {
            errors.invalid(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
            return;
        }
        if (hasLeadingZero(address) || prefix.length() > 1 && prefix.startsWith("0")) {
            errors.invalid(path, value, "must not have leading 0s in IP or prefix length");
        } else if (isMapped(address)) {
            errors.invalid(path, value, "must not have an IPv4-mapped IPv6 address");
        }
        if (hasBitsBeyond(address, Integer.parseInt(prefix))) {
            errors.invalid(path, value, "must not have bits set beyond the prefix length");
        }
    }

    private static boolean hasBitsBeyond(String address, int prefix) {
        byte[] bytes = bytes(address);
        int lowest = new BigInteger(1, bytes).getLowestSetBit();
        boolean mapped = bytes.length == 4 && address.indexOf(':') >= 0;
        return lowest >= 0 && lowest < bytes.length * 8 - (mapped ? prefix - 96 : prefix);
    }

    /** Parses an address. Numbers with leading zeros are decimal, as in Kubernetes before it rejected them. */
    private static byte[] bytes(String address) {
        String plain = address.replaceAll("(?<=^|[.:])0+(?=[0-9]+([.]|$))", "");
        return InetAddress.ofLiteral(plain).getAddress();
    }
}
