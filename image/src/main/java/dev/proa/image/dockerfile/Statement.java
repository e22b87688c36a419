package dev.proa.image.dockerfile;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instruction split into its parts, not yet given a meaning.
 *
 * @param keyword as written
 * @param flags words that start with {@code --}, without quotes and escapes
 * @param rest what follows the flags, trimmed
 * @param heredocs in their order
 * @param nested the instruction within {@code ONBUILD}
 */
record Statement(
        String keyword,
        List<String> flags,
        String rest,
        List<Heredoc> heredocs,
        @Nullable Statement nested,
        Source source) {

    Statement withHeredocs(List<Heredoc> more, Location location) {
        return new Statement(keyword, flags, rest, more, nested, new Source(location, source.text()));
    }
}
