package dev.proa.image.build;

/** What an application's image stands on. */
public sealed interface BaseImage {

    /** A runtime linked from this machine's JDK, with this machine's C library. Needs no network. */
    record HostRuntime() implements BaseImage {}
}
