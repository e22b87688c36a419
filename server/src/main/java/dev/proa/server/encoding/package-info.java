/**
 * How objects, lists and the frames of watches are written and read: {@link dev.proa.server.encoding.Encoding} and its forms JSON, YAML and
 * protobuf.
 */
@NullMarked
package dev.proa.server.encoding;

import org.jspecify.annotations.NullMarked;
