package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import org.jspecify.annotations.Nullable;

/** A step has failed. The message shows the end of its output, its lines in the Dockerfile, and what went wrong. */
final class StepFailure extends ImageFailure {
    private static final long serialVersionUID = 1;

    StepFailure(Reason reason, String message, @Nullable Throwable cause) {
        super(reason, message, cause);
    }
}
