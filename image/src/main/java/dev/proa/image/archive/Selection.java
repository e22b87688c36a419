package dev.proa.image.archive;

import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which images of an archive are read, and how they are named.
 *
 * @param wanted the name of one image, as the archive has it; empty for all
 * @param as the only name that it gets; null for the names of the archive
 * @param takesFirst whether the first image is meant when there are several; otherwise that is an error
 */
record Selection(String wanted, @Nullable Reference as, boolean takesFirst) {
    /** All images, by their own names. */
    static final Selection ALL = new Selection("", null, false);

    /** Chooses from what an archive has. */
    <T> List<T> choose(List<T> images, Function<T, List<String>> names) {
        List<T> chosen = images.stream()
                .filter(image -> wanted.isEmpty() || names.apply(image).contains(wanted))
                .toList();
        if (chosen.isEmpty()) {
            throw ImageFailure.notFound(wanted.isEmpty() ? "it has no image" : "it has no image " + wanted);
        }
        if (as == null || chosen.size() == 1) {
            return chosen;
        }
        if (takesFirst) {
            return chosen.subList(0, 1);
        }
        List<String> all = images.stream()
                .flatMap(image -> names.apply(image).stream())
                .distinct()
                .limit(20)
                .toList();
        throw ImageFailure.invalid("it has " + images.size() + " images, which cannot all be " + as.familiar()
                + "; say which of them: " + String.join(", ", all));
    }
}
