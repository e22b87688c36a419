package dev.proa.image.build;

/** What builds the image of a folder. */
public enum Builder {
    /** The folder's Dockerfile when there is one, else Proa. */
    AUTO,
    /** The folder's Dockerfile; it is an error when there is none. */
    DOCKERFILE,
    /** Proa, whether there is a Dockerfile or not. */
    PROJECT
}
