package dev.proa.image.solver;

/** Is told what a build does, from several threads at once. */
public interface BuildProgress {
    /** Tells nobody. */
    BuildProgress NONE = name -> new Vertex() {};

    /** A step has started, such as {@code [build 2/5] RUN go build}. */
    Vertex started(String name);

    /** A step under way; the last call is one of {@link #cached}, {@link #done} and {@link #failed}. */
    interface Vertex {
        /** The step is run now, since its result was not there. */
        default void running() {}

        /** Output of the step, in pieces that may end anywhere. */
        default void output(byte[] bytes) {}

        /** The step's result was there. */
        default void cached() {}

        default void done() {}

        /** The step failed, or was given up since another one had failed. */
        default void failed(String why) {}
    }
}
