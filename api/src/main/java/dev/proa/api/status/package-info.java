/** What the API server answers when something went wrong: {@code Status} objects and their causes. */
@NullMarked
package dev.proa.api.status;

import org.jspecify.annotations.NullMarked;
