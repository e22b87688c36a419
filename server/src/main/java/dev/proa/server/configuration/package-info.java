/** Reads files of configuration as kube-apiserver does: strictly, with the file and the field in every error. */
@NullMarked
package dev.proa.server.configuration;

import org.jspecify.annotations.NullMarked;
