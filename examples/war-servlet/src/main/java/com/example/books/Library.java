package com.example.books;

import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.TreeSet;

/** Which books are there. For any thread. */
public final class Library {
    private final String name;
    private final List<String> titles = List.of("Emma", "Middlemarch", "Ulysses");
    private final TreeSet<String> borrowed = new TreeSet<>();

    private Library(String name) {
        this.name = name;
    }

    /** The library of an application, which is named by the variable LIBRARY or by its descriptor. */
    static synchronized Library of(ServletContext application) {
        Library library = (Library) application.getAttribute("library");
        if (library == null) {
            String name = System.getenv("LIBRARY");
            library = new Library(name != null ? name : application.getInitParameter("library"));
            application.setAttribute("library", library);
        }
        return library;
    }

    public String getName() {
        return name;
    }

    public List<String> getTitles() {
        return titles;
    }

    public synchronized boolean isThere(String title) {
        return titles.contains(title) && !borrowed.contains(title);
    }

    /** Borrows a book, or returns it. */
    synchronized boolean change(String title) {
        return titles.contains(title) && (borrowed.remove(title) || borrowed.add(title));
    }
}
