package dev.proa.image.project;

import java.util.List;

/** An application in one of the languages that Proa builds with the language's own tools. */
public sealed interface Application permits GoApplication, NodeApplication, PythonApplication, RustApplication {

    /** The language as people write it. */
    String language();

    /** The name that its files give it; empty when they give none. */
    String name();

    /** The file by which it was found, relative to the folder. */
    String file();

    /** What its build needs, and which versions its files ask for. */
    List<Need> needs();

    /** What was concluded from which file, a phrase each. */
    List<String> reasons();

    /** The commands that build it, in order, as a user would type them in its folder. */
    List<String> commands();

    /** The layers of its image above the base, from below, a phrase each. */
    List<String> layers();

    /** The command that starts it in its image. */
    List<String> start();

    /**
     * A program that the build runs.
     *
     * @param program its name on the {@code PATH}
     * @param version the lowest version that serves, or empty for any
     * @param source what asks for that version
     */
    record Need(String program, String version, String source) {}
}
