/** The web server that is put into images of static sites. It uses the JDK and nothing else of this module. */
@NullMarked
package dev.proa.image.server;

import org.jspecify.annotations.NullMarked;
