package dev.proa.control.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.control.shared.Tries;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class IndexesTest {
    @Test
    void writesIntervals() {
        assertThat(Indexes.of(List.of(0, 2, 3, 5, 6, 7, 9))).hasToString("0,2,3,5-7,9");
        assertThat(Indexes.NONE).hasToString("");
        assertThat(Indexes.parse("0-3,4", 100)).hasToString("0-4");
        assertThat(Indexes.parse("0-3,8-10", 6)).hasToString("0-3");
        assertThat(Indexes.parse("0-10", 6)).hasToString("0-5");
        assertThat(Indexes.parse("x,1-y,7", 100)).hasToString("7");
    }

    @Test
    void areSets() {
        Tries.run(2_000, random -> {
            int completions = 1 + random.nextInt(40);
            TreeSet<Integer> a = new TreeSet<>();
            TreeSet<Integer> b = new TreeSet<>();
            for (int i = random.nextInt(30); i > 0; i--) {
                (random.nextBoolean() ? a : b).add(random.nextInt(completions));
            }
            Indexes first = Indexes.parse(Indexes.of(a).toString(), completions);
            Indexes second = Indexes.of(b);
            assertThat(first).isEqualTo(Indexes.of(a));
            assertThat(first.size()).isEqualTo(a.size());
            TreeSet<Integer> both = new TreeSet<>(a);
            both.addAll(b);
            TreeSet<Integer> common = new TreeSet<>(a);
            common.retainAll(b);
            assertThat(first.union(second)).isEqualTo(Indexes.of(both));
            assertThat(first.common(second)).isEqualTo(common.size());
            int count = random.nextInt(completions + 3);
            List<Integer> missing = new ArrayList<>();
            for (int i = 0; i < completions; i++) {
                assertThat(first.contains(i)).isEqualTo(a.contains(i));
                if (!a.contains(i) && missing.size() < count) {
                    missing.add(i);
                }
            }
            assertThat(first.firstMissing(count, completions)).isEqualTo(missing);
        });
    }
}
