package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.Dockerfile;
import dev.proa.image.dockerfile.Instruction;
import dev.proa.image.dockerfile.Stage;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which stages of a Dockerfile a target needs. */
final class StageGraph {
    private StageGraph() {}

    /**
     * The stage to build.
     *
     * @param name or index; empty for the last one
     */
    static Stage target(Dockerfile dockerfile, String name) {
        if (name.isEmpty()) {
            return dockerfile.stages().getLast();
        }
        return dockerfile
                .stage(name)
                .orElseThrow(() -> ImageFailure.invalid("target stage \"" + name + "\" could not be found; there are "
                        + dockerfile.stages().stream().map(Stage::label).collect(Collectors.joining(", "))));
    }

    /** An earlier stage by name or index; empty when an image is meant. */
    static Optional<Stage> earlier(Dockerfile dockerfile, Stage stage, String nameOrIndex) {
        return dockerfile.stages().subList(0, stage.index()).reversed().stream()
                .filter(each -> each.name().equalsIgnoreCase(nameOrIndex) && !nameOrIndex.isEmpty()
                        || Integer.toString(each.index()).equals(nameOrIndex))
                .findFirst();
    }

    /**
     * The target and all that it needs, by index, in ascending order.
     *
     * @param image expands the base of a stage
     */
    static Set<Integer> needed(Dockerfile dockerfile, Stage target, Function<Stage, String> image) {
        Set<Integer> needed = new TreeSet<>();
        add(dockerfile, target, image, needed);
        return needed;
    }

    /** The target and the stages that it starts from, one upon the other, by index: the image has the layers of all of them. */
    static Set<Integer> lineage(Dockerfile dockerfile, Stage target, Function<Stage, String> image) {
        Set<Integer> lineage = new TreeSet<>();
        Optional<Stage> stage = Optional.of(target);
        while (stage.isPresent()) {
            lineage.add(stage.get().index());
            stage = earlier(dockerfile, stage.get(), image.apply(stage.get()));
        }
        return lineage;
    }

    private static void add(Dockerfile dockerfile, Stage stage, Function<Stage, String> image, Set<Integer> needed) {
        if (needed.add(stage.index())) {
            for (String source : sources(stage, image)) {
                earlier(dockerfile, stage, source).ifPresent(each -> add(dockerfile, each, image, needed));
            }
        }
    }

    private static Set<String> sources(Stage stage, Function<Stage, String> image) {
        Set<String> sources = new LinkedHashSet<>();
        sources.add(image.apply(stage));
        for (Instruction instruction : stage.instructions()) {
            switch (instruction) {
                case Instruction.Copy copy -> sources.add(copy.from());
                case Instruction.Run run -> sources.addAll(run.mountSources());
                default -> {
                    // Takes nothing from other stages.
                }
            }
        }
        return sources;
    }
}
