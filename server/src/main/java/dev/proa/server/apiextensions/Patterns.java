package dev.proa.server.apiextensions;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.lang.ref.SoftReference;
import java.util.concurrent.ConcurrentHashMap;

/** Matches the patterns of schemas, in Go's syntax and in linear time. Keeps them compiled while there is memory. Safe for any thread. */
final class Patterns {
    private static final int MOST = 10_000;
    private static final ConcurrentHashMap<String, SoftReference<Pattern>> COMPILED = new ConcurrentHashMap<>();

    private Patterns() {}

    /** Whether a pattern matches anywhere in a text; an invalid one matches nothing. */
    static boolean matches(String pattern, String text) {
        SoftReference<Pattern> reference = COMPILED.get(pattern);
        Pattern compiled = reference == null ? null : reference.get();
        try {
            if (compiled == null) {
                compiled = Pattern.compile(pattern);
                if (COMPILED.size() >= MOST) {
                    COMPILED.clear();
                }
                COMPILED.put(pattern, new SoftReference<>(compiled));
            }
            return compiled.matcher(text).find();
        } catch (PatternSyntaxException e) {
            return false;
        }
    }
}
