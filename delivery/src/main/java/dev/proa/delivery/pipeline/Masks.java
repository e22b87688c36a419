package dev.proa.delivery.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Hides secret texts in lines: each is shown as {@code ***}, also in base64 and each line of it. For one thread. */
public final class Masks {
    private static final String SHOWN = "***";

    private final Set<String> hidden = new LinkedHashSet<>();
    private List<String> longestFirst = List.of();

    public Masks(Collection<String> texts) {
        texts.forEach(this::add);
    }

    /** Hides a text from now on. */
    public void add(String text) {
        if (text.isBlank()) {
            return;
        }
        hidden.add(text.strip());
        text.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(hidden::add);
        byte[] bytes = text.getBytes(UTF_8);
        for (int skipped = 0; skipped < Math.min(3, bytes.length); skipped++) {
            hideBase64(Arrays.copyOfRange(bytes, skipped, bytes.length));
        }
        List<String> sorted = new ArrayList<>(hidden);
        sorted.sort(Comparator.comparingInt(String::length).reversed());
        longestFirst = sorted;
    }

    /** Hides the base64 of a text that begins with these bytes, or in which they follow a multiple of three. */
    private void hideBase64(byte[] bytes) {
        String encoded = Base64.getEncoder().withoutPadding().encodeToString(bytes);
        // The last character also depends on what follows the text.
        if (encoded.length() > 6) {
            hidden.add(encoded.substring(0, encoded.length() - 1));
        }
    }

    /** A line without what is hidden. */
    public String hide(String line) {
        String shown = line;
        for (String text : longestFirst) {
            shown = shown.replace(text, SHOWN);
        }
        return shown;
    }
}
