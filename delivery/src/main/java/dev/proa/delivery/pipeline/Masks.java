package dev.proa.delivery.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
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
        String encoded = Base64.getEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
        // The last character also depends on what follows the text.
        if (encoded.length() > 6) {
            hidden.add(encoded.substring(0, encoded.length() - 1));
        }
        List<String> sorted = new ArrayList<>(hidden);
        sorted.sort(Comparator.comparingInt(String::length).reversed());
        longestFirst = sorted;
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
