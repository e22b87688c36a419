package dev.proa.image.layer;

/** How the archive of a layer is packed. Never part of what the layer is: its diffID stays the same. */
public enum Compression {
    /**
     * Not at all. For layers that stay on this machine: they are written and unpacked several times faster, and jars, most of
     * an application, do not shrink anyway.
     */
    NONE,
    /** Gzip at its fastest level, for layers that travel. */
    GZIP
}
