/** Reads kube-apiserver's files of configuration: YAML or JSON of one kind, whose unknown and duplicate fields are named. */
@NullMarked
package dev.proa.server.configfile;

import org.jspecify.annotations.NullMarked;
