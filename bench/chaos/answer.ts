export const goodBody = new TextEncoder().encode("ok");

/** What a chaos server answers when it does nothing wrong. */
export const goodAnswer = Buffer.concat([
  Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${goodBody.length}\r\n\r\n`),
  goodBody,
]);
