package com.example.books;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;

/** The page of all books, and a list in plain text. */
@WebServlet({"", "/books.txt"})
public class BooksServlet extends HttpServlet {
    private static final String HEADING = "Books to borrow";

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        Library library = Library.of(getServletContext());
        if (request.getServletPath().endsWith(".txt")) {
            response.setContentType("text/plain;charset=UTF-8");
            PrintWriter text = response.getWriter();
            library.getTitles().stream().filter(library::isThere).forEach(title -> text.print(title + "\n"));
            return;
        }
        request.setAttribute("heading", HEADING);
        request.setAttribute("library", library);
        request.getRequestDispatcher("/WEB-INF/books.jsp").forward(request, response);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (Library.of(getServletContext()).change(request.getParameter("title"))) {
            response.sendRedirect(request.getContextPath() + "/");
        } else {
            response.sendError(HttpServletResponse.SC_NOT_FOUND, "there is no such book");
        }
    }
}
