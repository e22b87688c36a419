/** Approves and signs CertificateSigningRequests. */
@NullMarked
package dev.proa.control.certificates;

import org.jspecify.annotations.NullMarked;
