/** Which objects a request or a controller is about: selectors of labels and of fields, in their text and object forms. */
@NullMarked
package dev.proa.api.selector;

import org.jspecify.annotations.NullMarked;
