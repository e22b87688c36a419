/** Encryption at rest: what is stored of which resources is encrypted by which keys, as an {@code EncryptionConfiguration} says. */
@NullMarked
package dev.proa.server.encryption;

import org.jspecify.annotations.NullMarked;
