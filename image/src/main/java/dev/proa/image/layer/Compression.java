package dev.proa.image.layer;

/** The compression of a layer's archive. It does not affect the layer's diffID. */
public enum Compression {
    /**
     * None, for layers that stay on this machine: several times faster to write and unpack, and jars do not shrink
     * anyway.
     */
    NONE,
    /** Gzip at its fastest level, for layers that are transferred. */
    GZIP
}
