package dev.proa.image.dockerfile;

/** The lines of a file that an instruction takes, both counted from 1 and inclusive. */
public record Location(int line, int endLine) {
    public Location {
        if (line < 1 || endLine < line) {
            throw new IllegalArgumentException("lines " + line + " to " + endLine);
        }
    }

    /** A single line. */
    public static Location line(int line) {
        return new Location(line, line);
    }
}
