package dev.proa.api.resource;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The order in which Kubernetes prefers versions of an API, the least first: any other name, {@code v1alpha1}, {@code v1beta1}, {@code v1}.
 * Of the same stability a higher number is preferred, of other names the one that is first in the alphabet.
 */
public final class VersionOrder implements Comparator<String> {
    /** The order, the least preferred version first. */
    public static final VersionOrder LEAST_FIRST = new VersionOrder();

    private static final Pattern VERSION = Pattern.compile("v([0-9]+)(?:(alpha|beta)([0-9]+))?");

    private VersionOrder() {}

    private record Version(int stability, long major, long minor) {
        static final Comparator<Version> ORDER = Comparator.comparingInt(Version::stability)
                .thenComparingLong(Version::major)
                .thenComparingLong(Version::minor);

        /** A version of a name; of stability -1 when it is not in the form of Kubernetes. */
        static Version of(String name) {
            Matcher matcher = VERSION.matcher(name);
            if (!matcher.matches() || name.length() > 40) {
                return new Version(-1, 0, 0);
            }
            String stability = matcher.group(2);
            return stability == null
                    ? new Version(2, number(matcher.group(1)), 0)
                    : new Version(stability.equals("beta") ? 1 : 0, number(matcher.group(1)), number(matcher.group(3)));
        }

        private static long number(String digits) {
            return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
        }
    }

    @Override
    public int compare(String one, String other) {
        Version first = Version.of(one);
        Version second = Version.of(other);
        return first.stability < 0 && second.stability < 0
                ? other.compareTo(one)
                : Version.ORDER.compare(first, second);
    }
}
