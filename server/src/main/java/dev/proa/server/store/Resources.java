package dev.proa.server.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The resources that have ever had an object, numbered in the order of their appearance: a state of the store is then an array with
 * one tree for each. Numbers are never given back. Any thread may look one up; one thread adds.
 */
final class Resources {
    private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();

    /** The names of the first {@code count} resources. */
    List<String> names(int count) {
        List<String> names = new ArrayList<>();
        numbers.forEach((name, number) -> {
            if (number < count) {
                names.add(name);
            }
        });
        return names;
    }

    /** The first {@code count} resources, to be gone on with independently. */
    Resources copy(int count) {
        Resources copy = new Resources();
        numbers.forEach((name, number) -> {
            if (number < count) {
                copy.numbers.put(name, number);
            }
        });
        return copy;
    }

    /** The number of a resource, or -1. */
    int find(String resource) {
        Integer number = numbers.get(resource);
        return number == null ? -1 : number;
    }

    /** The number of a resource, a new one if need be. */
    int number(String resource) {
        return numbers.computeIfAbsent(resource, name -> numbers.size());
    }
}
