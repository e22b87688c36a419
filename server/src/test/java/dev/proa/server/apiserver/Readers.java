package dev.proa.server.apiserver;

import dev.proa.server.apiextensions.MetadataReader;

/** Gives tests of other packages what this one implements. */
public final class Readers {
    private Readers() {}

    public static MetadataReader metadata() {
        return SchemaCheck::metadata;
    }
}
