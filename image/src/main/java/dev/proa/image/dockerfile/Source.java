package dev.proa.image.dockerfile;

/**
 * Where an instruction stands and how it is written.
 *
 * @param location its lines in the file, continuation lines and heredocs included
 * @param text the instruction as written, its continuation lines joined, without the content of heredocs
 */
public record Source(Location location, String text) {}
