/** What every namespace is given: the service account {@code default}, and the certificate by which pods know the API server. */
@NullMarked
package dev.proa.control.serviceaccount;

import org.jspecify.annotations.NullMarked;
