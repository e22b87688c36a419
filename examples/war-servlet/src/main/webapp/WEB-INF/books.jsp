<%@ page contentType="text/html; charset=UTF-8" %>
<%@ page import="com.example.books.Library" %>
<% Library library = (Library) request.getAttribute("library"); %>
<!doctype html>
<html lang="en">
<head>
  <title>${heading}</title>
  <link rel="stylesheet" href="style.css">
</head>
<body>
<h1>${heading}</h1>
<p>${library.name}</p>
<ul>
<% for (String title : library.getTitles()) { %>
  <li>
    <form method="post"><%= title %> <button name="title" value="<%= title %>"><%= library.isThere(title) ? "borrow" : "return" %></button></form>
  </li>
<% } %>
</ul>
</body>
</html>
