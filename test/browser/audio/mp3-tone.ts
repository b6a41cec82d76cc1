/** 0.3 s of a 440 Hz tone as bare MP3 frames, without a tag in front. */
const BASE64 =
  '//MwxAAOYF6MX08YAAGn224AV6fQ9D0PV8eArDTIOIWDnCRiZlzUb+JSjyICAYg+Hz+U5c/yjpzp85y/nOX850+7KAmD4fVG4tFpWXsA//MyxA' +
  'cQkNqAAZyAAJicUGBmy1gyEJCgGGIIYaHAxgcEC02W4Y9BTsiORKIhX8hw5w535RJ0ipl/l4vIomPywNCUJfwaEp0GlcaFrrskgP/zMMQGDvBa' +
  'LAHeAAAEYEoFhgXiiGDaHkYfoLBhcjyGWGSsf8K7JlwEWkQ5hgKgGGBqB8EAXmAQAGXeaWyXn////6lUP/eqrRjAVAnsvv/zMsQLDiD+GCj+xG' +
  'SqZAoACMAsAHzeXCa4DiIsPKheaTT50VNNO2v3t+nRV+I/9pFmv2st//Pr6t6VgJWEcfvW7j0mR+8pUw1ACYA2ALH/8zDEFAzQSiDy5/RArnJD' +
  'CD4w0JZtCZ6wEbGps1b9dMvQc6NVd7v/s/9butUlIsB+uaqvUZQ7aaLDkARgDQA2a4MSkAuCNCmawqit7Zv/8zDEIQyQTiBM5/RA9Zfo9qdX/y' +
  'f/f+q2lTpzq4UVwAEbe1WBXQImBWIU4T+sRMAUAY9hV/Q9pZsDTt/AVxopdvbf6+R/9b9vq/7Eer//8zLELwvoSjG0L7IkQoADqgZgKMihYyNX' +
  '1ytaUGMAMAFTRYCG4HAQqNTqyK8PYhVF/M/2b//JL/vfr/+3+LWA5aI/9byeEzbykvlhS8Jg//MwxEEMKEYplD8+IA2AUGsll4p3QAsFZtAs9e' +
  'FWYep1usvVtXSz9Efd/o/+7/1KwAAm92venAFFwRis8ppo0nKa9Rqg8ATFrJpbNwo6//MwxFEMmEog6uf0QL66PsL+lbb0TX9MW/X6tnxS2hKC' +
  'wH/rdaATNuCUCYagFMATAJjTBS6M5oBA1torPDG1/VeAv9bv/If7f/+zVpa9//MyxF8L4D5KXha8INWNz76MAMAAAIlALMEYQcGBKmH6GuYqw5' +
  'RjYAjnr1AAY2YGJhyBvGD8CYYIgDBgFgOoE1O0R3csf//0KkAQYYWDAP/zMMRxC9hGJEzn9EBhARtDoAjEyUShqhHgEz22UiZlCzFKB0RHM4g/' +
  'C4VcoRky4mBlgA8YNyNRuphAQMLhjBJ1VMwnETkNEUCqrZsY4f/zMsSCDohaLAFeEADyOSQwgf2/Jsdg4yJERKxFv//KJwyMy4gbmhr/9IBFRY' +
  '+ZNU3acSJWRCUWOIgEjhIBJFkaEpYOlQaPFZ4GlnVYls//8zDEiRp5nnz7m5gA0zu8riJ/llHiqkxBTUUzLjEwMKqqqqqqqqqqqqqqqqqqqqqq' +
  'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqr/8zDEYAoYTcQZxhAAqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq' +
  'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=';

export const MP3_TONE = Uint8Array.from(atob(BASE64), (letter) => letter.charCodeAt(0));
