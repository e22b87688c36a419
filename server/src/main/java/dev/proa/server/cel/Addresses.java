package dev.proa.server.cel;

import dev.proa.api.codec.GoText;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** IP addresses and networks. */
final class Addresses {
    private Addresses() {}

    /** An address of 4 or 16 bytes. */
    record Ip(Bytes address) implements Opaque {
        byte[] bytes() {
            return address.array();
        }

        @Override
        public CelType type() {
            return CelType.IP;
        }

        @Override
        public String toString() {
            return dev.proa.server.validation.Addresses.canonical(bytes());
        }

        private boolean startsWith(int... prefix) {
            for (int i = 0; i < prefix.length; i++) {
                if ((bytes()[i] & 255) != prefix[i]) {
                    return false;
                }
            }
            return true;
        }

        private boolean isV4() {
            return bytes().length == 4;
        }

        boolean is(String what) {
            boolean unspecified = Arrays.equals(bytes(), new byte[bytes().length]);
            boolean loopback = isV4() ? startsWith(127) : equals(parsed("::1"));
            boolean linkLocal = isV4() ? startsWith(169, 254) : startsWith(0xfe) && (bytes()[1] & 0xc0) == 0x80;
            boolean multicast = isV4() ? (bytes()[0] & 0xf0) == 0xe0 : startsWith(0xff);
            return switch (what) {
                case "isUnspecified" -> unspecified;
                case "isLoopback" -> loopback;
                case "isLinkLocalUnicast" -> linkLocal;
                case "isLinkLocalMulticast" ->
                    isV4() ? startsWith(224, 0, 0) : startsWith(0xff) && (bytes()[1] & 0x0f) == 2;
                default ->
                    !unspecified
                            && !loopback
                            && !multicast
                            && !linkLocal
                            && !(isV4() && startsWith(255, 255, 255, 255));
            };
        }
    }

    /** A network: an address and the length of its prefix. */
    record Cidr(Ip ip, int bits) implements Opaque {
        @Override
        public CelType type() {
            return CelType.CIDR;
        }

        @Override
        public String toString() {
            return ip + "/" + bits;
        }

        Cidr masked() {
            byte[] bytes = ip.bytes().clone();
            for (int i = 0; i < bytes.length; i++) {
                int kept = Math.clamp(bits - 8L * i, 0, 8);
                bytes[i] &= (byte) (0xff << (8 - kept));
            }
            return new Cidr(new Ip(new Bytes(bytes)), bits);
        }

        boolean contains(Ip other) {
            return other.bytes().length == ip.bytes().length
                    && new Cidr(other, bits).masked().equals(masked());
        }
    }

    static @Nullable Function find(String name) {
        return switch (name) {
            case "ip" -> args -> args[0] instanceof Cidr cidr ? cidr.ip() : ip(Strings.text(args[0]));
            case "isIP" -> args -> isIp(Strings.text(args[0]));
            case "ip.isCanonical" ->
                args -> ip(Strings.text(args[0])).toString().equals(args[0]);
            case "family" -> args -> ofIp(args[0]).isV4() ? 4L : 6L;
            case "isUnspecified", "isLoopback", "isLinkLocalMulticast", "isLinkLocalUnicast", "isGlobalUnicast" ->
                args -> ofIp(args[0]).is(name);
            case "cidr" -> args -> cidr(Strings.text(args[0]));
            case "isCIDR" -> args -> isCidr(Strings.text(args[0]));
            case "containsIP" ->
                args -> ofCidr(args[0]).contains(args[1] instanceof String text ? ip(text) : ofIp(args[1]));
            case "containsCIDR" ->
                args -> {
                    Cidr outer = ofCidr(args[0]);
                    Cidr inner = args[1] instanceof String text ? cidr(text) : ofCidr(args[1]);
                    return outer.bits() <= inner.bits() && outer.contains(inner.ip());
                };
            case "prefixLength" -> args -> (long) ofCidr(args[0]).bits();
            case "masked" -> args -> ofCidr(args[0]).masked();
            default -> null;
        };
    }

    private static Ip ofIp(@Nullable Object value) {
        if (value instanceof Ip ip) {
            return ip;
        }
        throw EvaluationException.noSuchOverload();
    }

    private static Cidr ofCidr(@Nullable Object value) {
        if (value instanceof Cidr cidr) {
            return cidr;
        }
        throw EvaluationException.noSuchOverload();
    }

    private static boolean isIp(String text) {
        try {
            return !ip(text).toString().isEmpty();
        } catch (EvaluationException e) {
            return false;
        }
    }

    private static boolean isCidr(String text) {
        try {
            return !cidr(text).toString().isEmpty();
        } catch (EvaluationException e) {
            return false;
        }
    }

    private static Ip ip(String text) {
        int zone = text.indexOf('%');
        if (zone > 0 && dev.proa.server.validation.Addresses.isIpv6(text.substring(0, zone))) {
            throw new EvaluationException("IP address " + GoText.quote(text) + " with zone value is not allowed");
        }
        Ip ip = parsed(text);
        if (ip == null) {
            throw new EvaluationException(
                    "IP Address " + GoText.quote(text) + " parse error during conversion from string: ParseAddr("
                            + GoText.quote(text) + "): unable to parse IP");
        }
        if (ip.isV4() && text.indexOf(':') >= 0) {
            throw new EvaluationException("IPv4-mapped IPv6 address " + GoText.quote(text) + " is not allowed");
        }
        return ip;
    }

    /** An address; null when a text is none. */
    private static @Nullable Ip parsed(String text) {
        boolean v4 = dev.proa.server.validation.Addresses.isIpv4(text) && !text.matches("(.*\\.)?0[0-9].*");
        return v4 || text.indexOf(':') >= 0 && dev.proa.server.validation.Addresses.isIpv6(text)
                ? new Ip(new Bytes(InetAddress.ofLiteral(text).getAddress()))
                : null;
    }

    private static Cidr cidr(String text) {
        String start = "network address parse error during conversion from string: ";
        int slash = text.lastIndexOf('/');
        Ip ip = slash < 0 ? null : parsed(text.substring(0, slash));
        String bits = text.substring(slash + 1);
        int most = ip == null ? 0 : ip.bytes().length * 8;
        if (ip == null || !bits.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(bits) > most) {
            throw new EvaluationException(start + start + "netip.ParsePrefix(" + GoText.quote(text) + "): "
                    + (slash < 0 ? "no '/'" : ip == null ? "unable to parse IP" : "prefix length out of range"));
        }
        if (ip.isV4() && text.indexOf(':') >= 0) {
            throw new EvaluationException(start + "IPv4-mapped IPv6 address " + GoText.quote(text) + " is not allowed");
        }
        return new Cidr(ip, Integer.parseInt(bits));
    }
}
