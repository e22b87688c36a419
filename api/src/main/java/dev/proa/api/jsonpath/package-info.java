/** kubectl's JSONPath, by which columns of tables and fields of selectors name values. */
@NullMarked
package dev.proa.api.jsonpath;

import org.jspecify.annotations.NullMarked;
