package dev.proa.image.build;

import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.build.Base.AppLayer;
import java.nio.file.Path;
import java.util.List;

/** What is particular to a language in the building of an image. */
interface Language {

    /** The base made of this machine. */
    HostBase base(BuildCache answers);

    /** Identifies the programs that build, without running them. */
    String tools();

    /** Builds, and returns the layers of the application, from below. */
    List<AppLayer> layers(BuildSteps steps);

    /** Runs the project's own tests. */
    void test(BuildSteps steps);

    /** Whether a path is what an earlier build left in the folder rather than source. */
    default boolean isResult(Path path) {
        return false;
    }

    /** Environment variables and the like of the image. */
    default void configure(ImageConfigBuilder config) {}
}
