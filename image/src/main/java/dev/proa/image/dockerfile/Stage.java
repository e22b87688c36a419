package dev.proa.image.dockerfile;

import java.util.List;

/**
 * A build stage: a {@code FROM} and the instructions up to the next one.
 *
 * @param index counted from 0
 * @param name in lower case, empty if it has none
 * @param image the base as written: an earlier stage's name, an image or {@code scratch}; expanded with global
 *     {@code ARG}s only
 * @param platform the value of {@code --platform}, empty if absent; expanded like the image
 */
public record Stage(
        int index, String name, String image, String platform, List<Instruction> instructions, Source source) {
    public Stage {
        instructions = List.copyOf(instructions);
    }

    /** The name, or the index if it has none; as progress lines name a stage. */
    public String label() {
        return name.isEmpty() ? "stage-" + index : name;
    }
}
