/**
 * The build-time generator: reads field names, types and descriptions from the public jars of Kubernetes' Java client, adds
 * the recorded facts of {@code facts/}, and writes the typed views (Java) and the schema (text resources) of module
 * {@code api}. Nothing of it is there at run time.
 */
@NullMarked
package dev.proa.generator;

import org.jspecify.annotations.NullMarked;
