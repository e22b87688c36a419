package dev.proa.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The size of the terminal. */
record Terminal(int columns, int rows) {
    private static final Terminal USUAL = new Terminal(80, 24);

    /** As {@code stty} tells it; 80 by 24 when it does not. */
    static Terminal size() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String[] size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
            if (stty.waitFor(1, TimeUnit.SECONDS) && stty.exitValue() == 0 && size.length == 2) {
                return new Terminal(Math.max(20, Integer.parseInt(size[1])), Math.max(5, Integer.parseInt(size[0])));
            }
        } catch (IOException | NumberFormatException e) {
            return USUAL;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return USUAL;
    }
}
