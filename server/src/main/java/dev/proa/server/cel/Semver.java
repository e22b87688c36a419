package dev.proa.server.cel;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A semantic version (2.0.0); what follows a plus does not count. */
record Semver(long major, long minor, long patch, List<String> preRelease, String text)
        implements Opaque, Comparable<Semver> {
    private static final CelType TYPE = CelType.parse("kubernetes.Semver");
    private static final String IDENTIFIERS = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
    private static final Pattern FORM = Pattern.compile("(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)" + "(?:-("
            + IDENTIFIERS + "))?(?:\\+" + IDENTIFIERS + ")?");

    @Override
    public CelType type() {
        return TYPE;
    }

    static @Nullable Function find(String name) {
        return switch (name) {
            case "semver" -> args -> parsed(Strings.text(args[0]), args.length > 1 && Boolean.TRUE.equals(args[1]));
            case "isSemver" -> args -> isSemver(Strings.text(args[0]), args.length > 1 && Boolean.TRUE.equals(args[1]));
            case "major" -> args -> of(args[0]).major;
            case "minor" -> args -> of(args[0]).minor;
            case "patch" -> args -> of(args[0]).patch;
            default -> null;
        };
    }

    private static Semver of(@Nullable Object value) {
        if (value instanceof Semver semver) {
            return semver;
        }
        throw EvaluationException.noSuchOverload();
    }

    private static boolean isSemver(String text, boolean normalize) {
        try {
            return parsed(text, normalize).major >= 0;
        } catch (EvaluationException e) {
            return false;
        }
    }

    static Semver parsed(String text, boolean normalize) {
        String normal = normalize ? normalized(text) : text;
        Matcher matcher = FORM.matcher(normal);
        if (normal.isEmpty()) {
            throw new EvaluationException("Version string empty");
        }
        if (!matcher.matches()) {
            throw new EvaluationException(
                    normal.split("\\.", 3).length < 3
                            ? "No Major.Minor.Patch elements found"
                            : "Invalid character(s) found in version \"" + normal + "\"");
        }
        List<String> preRelease =
                matcher.group(4) == null ? List.of() : List.of(matcher.group(4).split("\\."));
        if (preRelease.stream().anyMatch(part -> part.length() > 1 && part.startsWith("0") && isNumber(part))) {
            throw new EvaluationException(
                    "Numeric PreRelease version must not contain leading zeroes \"" + matcher.group(4) + "\"");
        }
        try {
            return new Semver(
                    Long.parseLong(matcher.group(1)),
                    Long.parseLong(matcher.group(2)),
                    Long.parseLong(matcher.group(3)),
                    preRelease,
                    "");
        } catch (NumberFormatException e) {
            throw new EvaluationException("value out of range in version \"" + normal + "\"");
        }
    }

    /** Without a {@code v} before it, zeros before numbers, and gaps. */
    private static String normalized(String text) {
        String[] parts = (text.startsWith("v") ? text.substring(1) : text).split("\\.", 3);
        for (int i = 0; i < parts.length; i++) {
            if (parts[i].length() > 1) {
                String number = parts[i].replaceFirst("^0+", "");
                parts[i] = number.isEmpty() || !Character.isDigit(number.charAt(0)) ? "0" + number : number;
            }
        }
        String last = parts[parts.length - 1];
        if (parts.length < 3 && (last.indexOf('+') >= 0 || last.indexOf('-') >= 0)) {
            throw new EvaluationException("short version cannot contain PreRelease/Build meta data");
        }
        return String.join(".", parts) + ".0".repeat(3 - parts.length);
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public int compareTo(Semver other) {
        int order = Long.compare(major, other.major);
        order = order != 0 ? order : Long.compare(minor, other.minor);
        order = order != 0 ? order : Long.compare(patch, other.patch);
        if (order != 0 || preRelease.equals(other.preRelease)) {
            return order;
        }
        if (preRelease.isEmpty() || other.preRelease.isEmpty()) {
            return preRelease.isEmpty() ? 1 : -1;
        }
        for (int i = 0; i < Math.min(preRelease.size(), other.preRelease.size()); i++) {
            order = compareParts(preRelease.get(i), other.preRelease.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(preRelease.size(), other.preRelease.size());
    }

    private static int compareParts(String first, String second) {
        boolean one = isNumber(first);
        boolean two = isNumber(second);
        if (one && two) {
            int length = Integer.compare(first.length(), second.length());
            return length != 0 ? length : Integer.signum(first.compareTo(second));
        }
        return one != two ? (one ? -1 : 1) : Integer.signum(first.compareTo(second));
    }
}
