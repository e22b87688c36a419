package dev.proa.image.project;

/** Compares versions of tools by their numbers; what follows the numbers does not count. */
public final class Versions {
    private static final int PARTS = 3;

    private Versions() {}

    /** Negative, zero or positive, as {@code a} is lower than, equal to or higher than {@code b}. */
    public static int compare(String a, String b) {
        for (int i = 0; i < PARTS; i++) {
            int difference = Integer.compare(part(a, i), part(b, i));
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    private static int part(String version, int index) {
        String[] parts = version.split("[^0-9]+");
        return index < parts.length && parts[index].matches("[0-9]{1,9}") ? Integer.parseInt(parts[index]) : 0;
    }
}
