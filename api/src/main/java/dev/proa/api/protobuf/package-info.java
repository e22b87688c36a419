/**
 * Kubernetes' protobuf to and from values: {@link dev.proa.api.protobuf.Protobuf}. Messages have the numbers of the schema; there are
 * no generated classes.
 *
 * <p>An object is the four bytes {@code k8s\0} and a message {@code Unknown}: 1 its type ({@code 1 apiVersion, 2 kind}), 2 its own
 * message in bytes, in which it has no type. A watch sends frames: the length in four bytes, big-endian, and a message
 * {@code WatchEvent}: 1 the type of the event, 2 a message whose field 1 has the object in the form above.
 */
@NullMarked
package dev.proa.api.protobuf;

import org.jspecify.annotations.NullMarked;
