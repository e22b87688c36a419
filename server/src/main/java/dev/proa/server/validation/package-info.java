/**
 * Validates parts of objects: names, labels, addresses and other formats, with the field errors and texts of Kubernetes.
 */
@NullMarked
package dev.proa.server.validation;

import org.jspecify.annotations.NullMarked;
