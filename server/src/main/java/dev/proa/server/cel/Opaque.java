package dev.proa.server.cel;

/** A value of a type that only functions know. Equality is that of Java. */
interface Opaque {
    CelType type();
}
