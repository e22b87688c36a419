/**
 * How a request fails: {@link dev.proa.api.status.StatusException} with the codes, reasons and texts of Kubernetes, which
 * clients and people match on, and the field errors of validation that are the causes of one.
 */
@NullMarked
package dev.proa.api.status;

import org.jspecify.annotations.NullMarked;
