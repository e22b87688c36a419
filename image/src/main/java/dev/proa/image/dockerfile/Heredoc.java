package dev.proa.image.dockerfile;

/**
 * A heredoc: lines that follow an instruction up to a terminator.
 *
 * @param name the terminator, without quotes; also the name of the file that {@code COPY} makes of it
 * @param content the lines before the terminator, each with its line end, leading tabs included
 * @param fileDescriptor the number before {@code <<}, 0 if none
 * @param chomp whether leading tabs are removed ({@code <<-})
 * @param expand whether variables in it are expanded, as no part of the name is quoted
 */
public record Heredoc(String name, String content, int fileDescriptor, boolean chomp, boolean expand) {
    /** The content, without leading tabs if they are to be removed. */
    public String text() {
        return chomp ? content.replaceAll("(?m)^\t+", "") : content;
    }
}
