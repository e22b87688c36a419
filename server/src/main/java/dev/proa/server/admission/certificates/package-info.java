/** The admission plugins of CertificateSigningRequests. */
@NullMarked
package dev.proa.server.admission.certificates;

import org.jspecify.annotations.NullMarked;
