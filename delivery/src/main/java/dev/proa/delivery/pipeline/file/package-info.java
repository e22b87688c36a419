/** The pipelines of a repository, of either syntax. */
@NullMarked
package dev.proa.delivery.pipeline.file;

import org.jspecify.annotations.NullMarked;
